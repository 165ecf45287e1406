cimport cython

cdef bytes _PLAIN


@cython.locals(value="long long", number="long long", digits="int", dots="int", digit="int", char=Py_UCS4)
cpdef long long ipv4_number(str text) except -2


@cython.locals(end="Py_ssize_t", pos="Py_ssize_t", label_end="Py_ssize_t", octet="unsigned int", text=bytearray)
cpdef str plain_text(bytes wire)


@cython.locals(wire=bytearray, pos="Py_ssize_t", start="Py_ssize_t", char=Py_UCS4, octet="unsigned int")
cpdef bytes plain_wire(str text)
