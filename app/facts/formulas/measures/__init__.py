"""The field's measures as data: their formulas, definitions and sources.

Sources are cited shortly:

CFA
    CFA Program curriculum, "Financial Analysis Techniques" (activity, liquidity, solvency and profitability ratios).
S&P
    S&P Global Ratings, "Corporate Methodology: Ratios And Adjustments" (1 April 2019).
Moody's
    Moody's, "Financial Statement Adjustments in the Analysis of Non-Financial Corporations".
SEC
    SEC staff, "Non-GAAP Financial Measures", Compliance & Disclosure Interpretations, with the question's number.
ASC
    FASB Accounting Standards Codification.
Nareit
    Nareit, "Funds From Operations White Paper" (2018 restatement).
McKinsey
    Koller, Goedhart and Wessels, "Valuation" (7th edition).
Textbook
    A usual definition in textbooks of corporate finance and accounting, such as Berk and DeMarzo, "Corporate Finance".
"""
