"""What a customer gets: HTML, PDF, and the offline verifier."""
