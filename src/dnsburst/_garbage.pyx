"""What Python's search for circles is spared, in the compiled build."""

cdef extern from "Python.h":
    void PyObject_GC_UnTrack(void *made)


cpdef leave_out(object leaf):
    """Never look at ``leaf``, which holds octets, text, numbers and others like itself: it can be in no circle.

    Python does so with such tuples. Where thousands are kept, going over them again and again takes a seventh of the
    time of a stream.
    """
    PyObject_GC_UnTrack(<void *>leaf)
