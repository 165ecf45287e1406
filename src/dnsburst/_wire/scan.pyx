"""Octets and characters read and written in place, one by one, for the compiled build.

Each function does what the plain Python beside its call does, in a fraction of the time: no object is made but the
result.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.string cimport memcmp, memcpy

cdef extern from "Python.h":
    object PyUnicode_New(Py_ssize_t size, Py_UCS4 largest)
    unsigned char *PyUnicode_1BYTE_DATA(object text)
    bint PyUnicode_IS_ASCII(object text)

# RFC 1035, 5.1: what stands for itself in a name's text; the rest needs a backslash.
cdef unsigned char[256] ODD
cdef int _octet
for _octet in range(256):
    ODD[_octet] = not 0x20 < _octet < 0x7F or _octet in b'.;\\()@$"'

cdef enum:
    DOT = 0x2E
    ZERO = 0x30
    NINE = 0x39
    BACKSLASH = 0x5C
    LONGEST_LABEL = 63
    LONGEST_NAME = 255
    DIGITS = 3
    LABELS = 4
    LONGEST_IPV4 = 15
    IN_ADDR_SIZE = 14
    # RFC 1035, 4.1.1 and 4.1.3: octets of the header, and of a record with a pointer for its name before its RDATA.
    HEADER = 12
    RECORD_HEAD = 12
    OPT_SIZE = 11

# The counts of a reply but for the last octet; and an OPT record of whatever size, empty and of version 0.
cdef const unsigned char *ONE_ANSWER = b"\0\1\0\1\0\0\0"
cdef const unsigned char *NO_RECORD = b"\0\1\0\0\0\0\0"
cdef const unsigned char *OPT_HEAD = b"\0\0\x29"
cdef const unsigned char *OPT_REST = b"\0\0\0\0\0\0"
cdef const unsigned char *IN_ADDR = b"\x07in-addr\x04arpa\0"


cpdef long long ipv4_number(str text) except -2:
    """The 32 bits of a dotted quad without leading zeros, -1 where the text is none."""
    cdef long long value = 0
    cdef int number = 0
    cdef int digits = 0
    cdef int dots = 0
    cdef unsigned int code
    cdef Py_UCS4 char
    for char in text:
        code = char
        if code == DOT:
            if digits == 0 or dots == 3:
                return -1
            value = value << 8 | number
            number = digits = 0
            dots += 1
        elif not ZERO <= code <= NINE or (number == 0 and digits):
            return -1
        else:
            number = number * 10 + (code - ZERO)
            digits += 1
            if number > 255:
                return -1
    return value << 8 | number if dots == 3 and digits else -1


cpdef bytes ipv4_reverse(str text):
    """The name below in-addr.arpa for a dotted quad without leading zeros, None where the text is none."""
    cdef Py_ssize_t size = len(text)
    cdef Py_ssize_t pos = 0
    cdef Py_ssize_t[LABELS] starts
    cdef Py_ssize_t[LABELS] lengths
    cdef Py_ssize_t length
    cdef const unsigned char *characters
    cdef unsigned int digit, number
    cdef int label
    if size > LONGEST_IPV4 or not PyUnicode_IS_ASCII(text):
        return None
    characters = PyUnicode_1BYTE_DATA(text)  # a zero octet stands behind them
    for label in range(LABELS):
        if label:
            if characters[pos] != DOT:
                return None
            pos += 1
        starts[label] = pos
        number = 0
        digit = characters[pos] - <unsigned int>ZERO
        while digit <= 9:
            number = number * 10 + digit
            pos += 1
            digit = characters[pos] - <unsigned int>ZERO
        length = lengths[label] = pos - starts[label]
        if not 0 < length <= DIGITS or number > 255 or (length > 1 and characters[starts[label]] == ZERO):
            return None
    if pos != size:
        return None
    # A dot for each length octet but the first, so the labels take one octet more than the text.
    cdef bytes wire = PyBytes_FromStringAndSize(NULL, size + 1 + IN_ADDR_SIZE)
    cdef unsigned char *octets = <unsigned char *>PyBytes_AS_STRING(wire)
    for label in range(LABELS - 1, -1, -1):
        length = lengths[label]
        octets[0] = <unsigned char>length
        octets += 1
        for pos in range(starts[label], starts[label] + length):
            octets[0] = characters[pos]
            octets += 1
    memcpy(octets, IN_ADDR, IN_ADDR_SIZE)
    return wire


cpdef str usual_text(bytes wire):
    """The text of a wire name that needs no escapes, None for any other and for octets that are no wire name."""
    cdef const unsigned char *octets = <const unsigned char *>PyBytes_AS_STRING(wire)
    cdef Py_ssize_t end = PyBytes_GET_SIZE(wire) - 1
    cdef Py_ssize_t pos = 0
    cdef Py_ssize_t label_end
    cdef unsigned char odd = 0
    if not 0 < end < LONGEST_NAME or octets[end]:
        return None
    # The first length octet has no dot in the text.
    text = PyUnicode_New(end - 1, 127)
    cdef unsigned char *characters = PyUnicode_1BYTE_DATA(text) - 1
    memcpy(characters + 1, octets + 1, end - 1)
    while pos < end:
        if not 0 < octets[pos] <= LONGEST_LABEL:
            return None
        if pos:
            characters[pos] = DOT
        label_end = pos + 1 + octets[pos]
        if label_end > end:
            return None
        pos += 1
        while pos < label_end:
            odd |= ODD[octets[pos]]
            pos += 1
    return None if odd else text


cpdef bytes plain_wire(str text):
    """The wire name for printable ASCII without spaces and backslashes, None for other text and for bad labels."""
    cdef unsigned char[LONGEST_NAME + 1] octets
    cdef Py_ssize_t pos = 0
    cdef Py_ssize_t start = 0
    cdef unsigned int code
    cdef Py_UCS4 char
    if len(text) >= LONGEST_NAME:
        return None
    for char in text:
        code = char
        pos += 1
        if code == DOT:
            if not 1 < pos - start <= LONGEST_LABEL + 1:
                return None
            octets[start] = <unsigned char>(pos - start - 1)
            start = pos
        elif 0x20 < code < 0x7F and code != BACKSLASH:
            octets[pos] = <unsigned char>code
        else:
            return None
    if pos == 0:
        return None
    if start < pos:
        if pos - start > LONGEST_LABEL:
            return None
        octets[start] = <unsigned char>(pos - start)
        pos += 1
    octets[pos] = 0
    if pos + 1 > LONGEST_NAME:
        return None
    return PyBytes_FromStringAndSize(<char *>octets, pos + 1)


cpdef bytes lower(bytes wire):
    """The octets with ASCII letters in lower case: the same object where they are so."""
    cdef const unsigned char *octets = <const unsigned char *>PyBytes_AS_STRING(wire)
    cdef Py_ssize_t pos
    cdef unsigned char found = 0
    # Without a way out the compiler takes many octets at a time.
    for pos in range(PyBytes_GET_SIZE(wire)):
        found |= <unsigned char>(octets[pos] - 0x41) < 26
    return wire.lower() if found else wire


cpdef bytes asked_for(bytes name, unsigned int rdtype):
    """The question section for a wire name: behind it stand the type and class IN."""
    cdef Py_ssize_t size = PyBytes_GET_SIZE(name)
    cdef bytes asked = PyBytes_FromStringAndSize(NULL, size + 4)
    cdef unsigned char *octets = <unsigned char *>PyBytes_AS_STRING(asked)
    memcpy(octets, PyBytes_AS_STRING(name), size)
    octets[size] = <unsigned char>(rdtype >> 8)
    octets[size + 1] = <unsigned char>(rdtype & 255)
    octets[size + 2] = 0
    octets[size + 3] = 1
    return asked


cpdef bytes query(unsigned int query_id, bytes middle, bytes asked, bytes opt):
    """The ID, and the others one behind the other."""
    cdef Py_ssize_t one = PyBytes_GET_SIZE(middle)
    cdef Py_ssize_t two = PyBytes_GET_SIZE(asked)
    cdef Py_ssize_t three = PyBytes_GET_SIZE(opt)
    cdef bytes whole = PyBytes_FromStringAndSize(NULL, 2 + one + two + three)
    cdef unsigned char *octets = <unsigned char *>PyBytes_AS_STRING(whole)
    octets[0] = <unsigned char>(query_id >> 8)
    octets[1] = <unsigned char>(query_id & 255)
    octets += 2
    memcpy(octets, PyBytes_AS_STRING(middle), one)
    memcpy(octets + one, PyBytes_AS_STRING(asked), two)
    memcpy(octets + one + two, PyBytes_AS_STRING(opt), three)
    return whole


cdef inline bint ends_right(const unsigned char *octets, Py_ssize_t end, Py_ssize_t size) noexcept:
    """Whether a message of one additional record at most ends at ``end``, or with an empty OPT there."""
    if octets[HEADER - 1] == 0:
        return size == end
    if octets[HEADER - 1] > 1 or size != end + OPT_SIZE:
        return False
    return memcmp(octets + end, OPT_HEAD, 3) == 0 and memcmp(octets + end + 5, OPT_REST, 6) == 0


cpdef bint is_sole_answer(bytes data, bytes asked, unsigned int rdtype):
    """Whether a message is a reply that answers ``asked`` with one record of this type, and holds nothing else."""
    cdef const unsigned char *octets = <const unsigned char *>PyBytes_AS_STRING(data)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(data)
    cdef Py_ssize_t asked_size = PyBytes_GET_SIZE(asked)
    cdef Py_ssize_t start = HEADER + asked_size
    cdef const unsigned char *record = octets + start
    if size < start + RECORD_HEAD or memcmp(octets + HEADER, PyBytes_AS_STRING(asked), asked_size):
        return False
    # QR, perhaps AA and RD; RA, Z, AD, CD; no RCODE.
    if octets[2] & 0xFA != 0x80 or octets[3] & 15 or memcmp(octets + 4, ONE_ANSWER, 7):
        return False
    # A pointer to the question's name, class IN, a TTL without the first bit (RFC 2181, section 8).
    if record[0] != 0xC0 or record[1] != HEADER or record[4] or record[5] != 1 or record[6] > 0x7F:
        return False
    if <unsigned int>(record[2] << 8 | record[3]) != rdtype:
        return False
    return ends_right(octets, start + RECORD_HEAD + (record[10] << 8 | record[11]), size)


cpdef bint is_sole_error(bytes data, bytes asked):
    """Whether a message is a reply to ``asked`` that holds nothing else, whatever its RCODE."""
    cdef const unsigned char *octets = <const unsigned char *>PyBytes_AS_STRING(data)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(data)
    cdef Py_ssize_t asked_size = PyBytes_GET_SIZE(asked)
    cdef Py_ssize_t end = HEADER + asked_size
    if size < end or memcmp(octets + HEADER, PyBytes_AS_STRING(asked), asked_size):
        return False
    return octets[2] & 0xFA == 0x80 and not memcmp(octets + 4, NO_RECORD, 7) and ends_right(octets, end, size)
