cpdef str cell(str line, Py_UCS4 delimiter, Py_ssize_t column, Py_ssize_t width)
cpdef str tail(str start, str answer, str middle, unsigned long long micro, str rest, str special)
