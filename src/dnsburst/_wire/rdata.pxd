cimport cython

from .address cimport ipv4_text, ipv6_text
from .name cimport name_end
from .name cimport to_text as name_to_text

cdef dict _LAYOUTS
cdef bint _all_loaded
cdef unsigned int _A
cdef unsigned int _AAAA


cpdef str to_text(unsigned int rdtype, bytes rdata)


cpdef object to_data(unsigned int rdtype, bytes rdata)


@cython.locals(names=tuple, before="Py_ssize_t", count="Py_ssize_t", after="Py_ssize_t")
cpdef bint well_formed(unsigned int rdtype, bytes rdata) except -1


@cython.locals(end="Py_ssize_t")
cpdef Py_ssize_t naptr_head(bytes message, Py_ssize_t pos) except -1


@cython.locals(pos="Py_ssize_t", end="Py_ssize_t")
cdef bint _fills_strings(bytes rdata) except -1


@cython.locals(pos="Py_ssize_t")
cdef bint _fills_names(bytes rdata, Py_ssize_t before, Py_ssize_t count, Py_ssize_t after) except -1


cdef object _layout(unsigned int rdtype)


cdef str _single_text(unsigned int rdtype, bytes rdata)
