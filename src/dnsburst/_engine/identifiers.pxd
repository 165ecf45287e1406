cimport cython


@cython.final
cdef class Identifiers:
    cdef bytes _tables

    @cython.locals(tables="const unsigned char *", high="unsigned int", low="unsigned int")
    cpdef unsigned int identifier(self, unsigned int sequence)

    @cython.locals(tables="const unsigned char *", high="unsigned int", low="unsigned int")
    cpdef unsigned int sequence(self, unsigned int identifier)
