cimport cython

from ..._engine.lookup cimport Lookup
from ..._wire.message cimport RR
from ..columns cimport answer_text
from .scan cimport tail

cdef bint _COMPILED


@cython.final
cdef class QuickTails:
    cdef str _mark
    cdef str _quote
    cdef str _end
    cdef object _careful

    @cython.locals(
        mark=str, quote=str, end=str, tails=list, lookup=Lookup, records=tuple, record=RR, status=str,
        server=str, tries="long", ttl="long", start=str, middle=str, rest=str, last=str, rtt="double", known="double",
        micro="unsigned long long", answer=str, nothing=str, special=str, text=str,
    )
    cpdef list tails(self, list lookups)
