"""Sockets, event loops and the system's files."""
