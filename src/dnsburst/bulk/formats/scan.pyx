"""Lines read and written character by character, for the compiled build.

Each function does what the plain Python beside its call does, in a fraction of the time: no object is made but the
result.
"""

from libc.string cimport memchr, memcpy

cdef extern from "Python.h":
    object PyUnicode_New(Py_ssize_t size, Py_UCS4 largest)
    unsigned char *PyUnicode_1BYTE_DATA(object text)
    int PyUnicode_KIND(object text)
    bint PyUnicode_IS_ASCII(object text)

cdef enum:
    DOT = 0x2E
    ZERO = 0x30
    DIGITS = 20


cpdef str cell(str line, Py_UCS4 delimiter, Py_ssize_t column, Py_ssize_t width):
    """The cell of ``column``, counted from 0; None if the line has not ``width`` cells, or is not Latin-1."""
    cdef Py_ssize_t size = len(line)
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t stop = size
    cdef Py_ssize_t pos
    cdef Py_ssize_t before = 0
    cdef const unsigned char *characters
    if PyUnicode_KIND(line) != 1:
        return None
    characters = PyUnicode_1BYTE_DATA(line)
    for pos in range(size):
        if characters[pos] == delimiter:
            if before == column:
                stop = pos
            before += 1
            if before == column:
                start = pos + 1
    if before != width - 1:
        return None
    return line[start:stop]


cdef unsigned char *put(unsigned char *to, str text):
    """Write ASCII text, and tell where it ends."""
    cdef Py_ssize_t size = len(text)
    memcpy(to, PyUnicode_1BYTE_DATA(text), size)
    return to + size


cpdef str tail(str start, str answer, str middle, unsigned long long micro, str rest, str special):
    """The texts with the milliseconds of ``micro`` before the last; None if ``answer`` holds something ``special``.

    None also where a text is not ASCII.
    """
    cdef unsigned char[DIGITS] digits
    cdef Py_ssize_t count = 0
    cdef Py_UCS4 char
    cdef unsigned char *to
    if not (PyUnicode_IS_ASCII(start) and PyUnicode_IS_ASCII(answer) and PyUnicode_IS_ASCII(middle)):
        return None
    if not PyUnicode_IS_ASCII(rest):
        return None
    for char in special:
        if len(answer) and memchr(PyUnicode_1BYTE_DATA(answer), <int>char, len(answer)):
            return None
    while micro or count < 4:
        digits[count] = <unsigned char>(ZERO + micro % 10)
        micro //= 10
        count += 1
        if count == 3:
            digits[count] = DOT
            count += 1
            if not micro:
                digits[count] = ZERO
                count += 1
    whole = PyUnicode_New(len(start) + len(answer) + len(middle) + count + len(rest), 127)
    to = put(put(put(PyUnicode_1BYTE_DATA(whole), start), answer), middle)
    while count:
        count -= 1
        to[0] = digits[count]
        to += 1
    put(to, rest)
    return whole
