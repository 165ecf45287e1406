cimport cython

from .scan cimport cell

cdef bint _COMPILED


@cython.locals(cells=list, line=str, text=str)
cpdef list column_cells(list lines, str delimiter, Py_ssize_t column, Py_ssize_t width)
