cimport cython

from .address cimport ipv4_octets, ipv4_text, ipv6_octets, ipv6_text, is_address
from .scan cimport ipv4_reverse, lower, plain_wire, usual_text

cdef bint _COMPILED
cdef bytes _IN_ADDR
cdef bytes _IP6
cdef bytes _AS_DOTTED
cdef bytes _PLAIN
cdef tuple _STEPS
cdef dict _DECIMAL_LABELS
cdef tuple _LENGTHS
cdef tuple _ESCAPED


@cython.locals(scanned=bytes, parts=list, plain=bytes, wire=bytes, length="Py_ssize_t")
cpdef bytes from_text(text)


@cython.locals(text=str)
cpdef str to_text(bytes wire)


@cython.locals(end="Py_ssize_t", pos="Py_ssize_t", lengths="Py_ssize_t")
cpdef str plain_text(bytes wire)


@cython.locals(wire=bytes, octets=bytes)
cpdef bytes reverse_name(str address)


@cython.locals(folded=bytes)
cpdef bytes fold(bytes wire)


@cython.locals(labels=list)
cpdef bint is_hostname(bytes wire) except -1


@cython.locals(start="Py_ssize_t", size="Py_ssize_t", length="unsigned int")
cpdef Py_ssize_t name_end(bytes octets, Py_ssize_t pos) except -1


cpdef str escaped_label(bytes label)


@cython.locals(pos="Py_ssize_t", end="Py_ssize_t", length="unsigned int", labels=list)
cdef list _labels(bytes wire)
