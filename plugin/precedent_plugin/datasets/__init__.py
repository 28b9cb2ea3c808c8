"""Data sets of questions about pictures: read into casebooks, written as tables and pages."""
