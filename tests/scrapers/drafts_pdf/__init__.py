"""PDF files made while the tests run; all text is invented."""
