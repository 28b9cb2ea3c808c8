"""From what the reader opens (files, folders, archives, discs) to what is in the study tree."""
