"""Tests of octets to values and back."""
