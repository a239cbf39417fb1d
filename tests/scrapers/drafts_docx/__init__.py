"""Word files made while the tests run, with the trees that they must give; all text is invented."""
