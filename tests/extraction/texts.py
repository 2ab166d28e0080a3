"""Texts of fictional covers and releases."""

COVER = """UNITED STATES
SECURITIES AND EXCHANGE COMMISSION
Washington, D.C. 20549
FORM {form}
(Mark One)
☒ {kind} REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934
For the {span} ended {end}
OR
☐ TRANSITION REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934
For the transition period from ____ to ____
Commission File Number 001-99999
{name}
(Exact name of registrant as specified in its charter)
Delaware 99-1234567
Title of each class Trading Symbol(s) Name of each exchange on which registered
Common Stock, par value $0.01 per share ZYPH New York Stock Exchange
"""
ANNUAL = COVER.format(
    form="10-K", kind="ANNUAL", span="fiscal year", end="December 31, 2031", name="ZEPHYRINE PROPERTIES, INC."
)
RELEASE = """Zephyrine Announces {headline}
HARBOUR CITY, Feb. 3, 2032 – Zephyrine Properties, Inc. (NYSE: ZYPH) today announced its results for the quarter
ended December 31, 2031.
(Dollars in thousands)
"""

CURRENT = """SECURITIES AND EXCHANGE COMMISSION
FORM {form}
Date of Report (Date of earliest event reported): August 18, 2031
PELLSTONE STORES, INC.
(Exact name of registrant as specified in its charter)"""
ATTACHED = """Exhibit 99.1
PELLSTONE STORES REPORTS SECOND QUARTER FISCAL 2031 RESULTS
WESTPORT, Conn., Aug. 18, 2031 – Pellstone Stores, Inc. today reported results for the quarter ended August 2, 2031."""
