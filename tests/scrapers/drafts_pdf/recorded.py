"""What the two recorded PDFs show, read off the images of their pages: clause numbers and titles, and how many
requirements (R), recommendations (r), permissions (p) and possibilities (c) stand in each clause.

Titles and numbers are facts of ISO's public model document (editions of 2007 and 2023); its text is not kept here.
A run-in title of apparatus is taken without the comma or stop after it. An untitled subclause has no title.
"""

from __future__ import annotations

_COMMON_TERMS = """
3.5 waxy rice
3.6 extraneous matter
3.7 HDK
3.8 damaged kernel
3.9 immature kernel
3.10 husked rice yield
3.11 nitrogen content
"""
_COMMON_TESTS = """
5 Sampling
6 Test methods
6.1 Moisture content
6.2 Waxy rice content
6.3 Nitrogen content and crude protein content
6.4 Gelatinization time
6.5 Husked rice yield
6.5.1 Determination
6.5.2 Precision
6.5.2.1 Interlaboratory test
6.5.2.2 Repeatability
6.5.2.3 Reproducibility
7 Test report
8 Packaging
"""
_COMMON_ANNEXES = """
A Determination of defects
A.1 Principle
A.2 Apparatus
A.2.1 Sample divider
A.2.2 Sieve
A.2.3 Tweezers
A.2.4 Scalpel
A.2.5 Paintbrush
A.2.6 Steel bowls
A.2.7 Balance
A.3 Sampling
A.4 Procedure
A.4.1 Preparation of test sample
A.4.2 Determination
A.5 Calculation
A.6 Test report
B Determination of the waxy rice content of parboiled rice
B.1 Principle
B.2 Apparatus
B.2.1 Balance
B.2.2 Glass beaker
B.2.3 Small white colour bowls
B.2.4 Wire sieve
B.2.5 Stirrer rod
B.2.6 Tweezers or forceps
B.2.7 Tissue paper
B.3 Reagents
B.3.1 Deionized water
B.3.2 Iodine stock solution
B.3.3 Iodine working solution
B.4 Sampling
B.5 Determination
B.5.1
B.5.2
B.5.3
B.5.4
B.5.5
B.6 Calculation
B.7 Test report
C Gelatinization
D Results of interlaboratory test for husked rice yields
"""
CLAUSES_2023 = f"""
1 Scope
2 Normative references
3 Terms and definitions
3.1 paddy
3.2 husked rice
3.3 milled rice
3.4 parboiled rice
{_COMMON_TERMS}
3.12 crude protein content
3.13 gelatinization
3.14 gel state
3.15 gelatinization time
4 Specifications
4.1 General, organoleptic and health characteristics
4.2 Physical and chemical characteristics
4.2.1
4.2.2
{_COMMON_TESTS}
9 Marking and labelling
{_COMMON_ANNEXES}
"""
CLAUSES_2007 = f"""
1 Scope
2 Normative references
3 Terms and definitions
3.1 paddy rice
3.2 husked rice
3.3 milled rice
3.4 parboiled rice
{_COMMON_TERMS}
3.12 crude proteins
3.13 gelatinization
3.14 gel state
3.15 gelatinization time
4 Requirements
4.1 General, organoleptic and health characteristics
4.2 Physical and chemical characteristics
4.2.1
4.2.2
4.3 Contract specifications
{_COMMON_TESTS}
9 Marking
{_COMMON_ANNEXES}
"""

PROVISIONS_2023 = """
Introduction c; 4.1 RRrc; 4.2.1 RR; 4.2.2 RRRRc; 5 R; 6.1 R; 6.2 R; 6.3 RR; 6.4 RR; 6.5.1 RR; 6.5.2.1 RRRRRR; 6.5.2.2 R;
6.5.2.3 R; 7 RRRRRRRRRR; 8 RR; 9 Rc; A.2.7 c; A.3 R; A.4.1 Rr; A.4.2 RRR; A.5 R; A.6 R; B.3 rc; B.4 R; B.5.1 R;
B.5.2 RR; B.5.3 RR; B.5.4 RR; B.5.5 R; B.6 R; B.7 R
"""
# Table 1 is printed after the text of clause 5, and so are the requirements below it.
PROVISIONS_2007 = """
Introduction pppprR; 4.1 RRRr; 4.2.1 RR; 4.2.2 R; 4.3 RRR; 5 RRRR; 6.1 R; 6.2 R; 6.3 RR; 6.4 RR; 6.5.1 RR; 7 RRRRRRRRR;
8 RR; 9 R; A.2.7 c; A.4.1 Rr; A.4.2 RRR; A.5 R; A.6 R; B.2 R; B.3 r; B.3.3 RR; B.4 R; B.5.1 R; B.5.2 RR; B.5.3 RR;
B.5.4 RR; B.5.5 R; B.6 R; B.7 R
"""


def clauses(text: str) -> dict[str, str | None]:
    """Title by number."""
    pairs = (line.partition(" ") for line in text.split("\n") if line)
    return {number: title or None for number, _, title in pairs}


def provisions(text: str) -> dict[str, str]:
    """Letters of kinds by clause."""
    return dict(part.split() for part in text.split(";"))
