cimport cython

from .._engine.lookup cimport Lookup
from .._wire.message cimport RR
from .._wire.name cimport to_text as name_text
from .._wire.rdata cimport to_text

cdef unsigned int _PTR


@cython.locals(rr=RR, status=str, rtt="double")
cpdef tuple values(Lookup lookup)


cpdef str answer_text(RR rr)
