"""Markup of HTML files: decoding, trees and style sheets, for the parser and for showing filings as they were filed."""
