cimport cython

from .._engine.lookup cimport Lookup, new_lookup
from .._wire.message cimport question
from .._wire.name cimport reverse_name
from .columns cimport values
from .known cimport Known, lifetime
from .rows cimport Batch, Outcome, new_outcome, settle

cdef unsigned int _PTR


@cython.final
cdef class Single:
    cdef object _question
    cdef bint _addresses
    cdef object _writer
    cdef dict _reasons
    cdef public object start
    cdef public Known known
    cdef public long long asked

    @cython.locals(
        texts=list, outcomes=list, young=dict, old=dict, index="Py_ssize_t", at="Py_ssize_t", end="Py_ssize_t",
        left="long", shared="long", key=bytes, name=bytes, text=str, entry=Outcome, outcome=Outcome, lookups=list,
    )
    cpdef long feed(self, Batch batch, long room, double now)

    @cython.locals(lookup=Lookup, tails=list, at="Py_ssize_t", outcome=Outcome, status=str, expires="double")
    cpdef finish(self, list lookups, double now)
