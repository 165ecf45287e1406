cimport cython

from .lookup cimport Lookup, Try
from .nameserver cimport Channel

cdef unsigned int _QR
cdef unsigned int _OPCODE
cdef unsigned int _ANSWERED
cdef unsigned int _PTR
cdef unsigned int _FORMERR
cdef unsigned int _SERVFAIL
cdef unsigned int _NOTIMP
cdef unsigned int _REFUSED


@cython.locals(view="const unsigned char *", flags="unsigned int", asked=bytes)
cpdef str mismatch(Try attempt, bytes data, bint random_case)

@cython.locals(lookup=Lookup, attempt=Try, asked=bint)
cpdef Lookup near_miss(dict active, Channel channel, bytes data)

@cython.locals(rcode="unsigned int")
cdef bint _says_failure(unsigned int flags, bytes data)
