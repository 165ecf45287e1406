cimport cython


@cython.locals(cells=list, line=str, start="Py_ssize_t", stop="Py_ssize_t", left="Py_ssize_t")
cpdef list column_cells(list lines, str delimiter, Py_ssize_t column, Py_ssize_t width)
