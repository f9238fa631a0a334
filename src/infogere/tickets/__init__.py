"""What customers ask for by ticket: the four objects of A-L4-6 as typed requests."""
