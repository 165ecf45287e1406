cimport cython

from ._engine.lookup cimport Lookup
from ._frozen cimport new_record, new_result  # in place of those of result.py
from ._wire.address cimport is_address
from ._wire.message cimport RR
from ._wire.name cimport from_text, reverse_name, to_text
from ._wire.rdata cimport to_data
from ._wire.rdata cimport to_text as rdata_to_text
from ._wire.scan cimport ipv4_reverse

cdef bint _COMPILED
cdef list _MNEMONICS
cdef long _MAX_TTL


@cython.locals(text=str, scanned=bytes, wire=bytes)
cpdef tuple wire_question(object name, object rdtype=*)


@cython.locals(fresh=bint, older="long", end=bytes, canonical=str, found=tuple, records=tuple, rr=RR)
cpdef object to_result(Lookup lookup, object name, long age=*)


@cython.locals(rdtype="unsigned int", text=str, ttl="long")
cdef object _to_record(RR rr, Lookup lookup, str canonical, long older)


@cython.locals(last=str, number=str, slash=str)
cdef bint _is_meant_as_address(str text) except -1


cdef str _mnemonic(unsigned int rdtype)
