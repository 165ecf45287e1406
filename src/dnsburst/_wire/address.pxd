from .scan cimport ipv4_number

cdef bint _COMPILED
cdef dict _DECIMAL
cdef tuple _TEXTS


cpdef bint is_address(str text) except -1


cpdef bytes ipv4_octets(str text)


cpdef bytes ipv6_octets(str text)


cpdef str ipv4_text(bytes octets)


cpdef str ipv6_text(bytes octets)


cdef bytes _ipv4(str text)
