"""Tests against DNS servers of other makers: knot, nsd and unbound, with dig and kdig as the oracle."""
