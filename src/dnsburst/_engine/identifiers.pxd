cimport cython

cdef bint _COMPILED


@cython.final
cdef class Identifiers:
    cdef bytes _tables
    cdef int _block
    cdef tuple _identifiers

    @cython.locals(tables="const unsigned char *", high="unsigned int", low="unsigned int")
    cpdef unsigned int identifier(self, unsigned int sequence)

    # A typed bytearray would take nothing but bytearrays into its slices.
    @cython.locals(octets=object)
    cdef tuple _of_block(self, unsigned int block)

    @cython.locals(tables="const unsigned char *", high="unsigned int", low="unsigned int")
    cpdef unsigned int sequence(self, unsigned int identifier)
