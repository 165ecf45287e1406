cpdef leave_out(object leaf)
