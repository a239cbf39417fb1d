"""What is followed outside the catalogues: releases of repositories, and parts of pages of standards bodies."""
