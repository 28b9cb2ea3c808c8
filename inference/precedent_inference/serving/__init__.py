"""The engine as a server: a fair queue, one worker, HTTP on this machine."""
