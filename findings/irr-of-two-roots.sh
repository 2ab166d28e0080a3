#!/usr/bin/env bash
# numpy-financial and pyxirr return different internal rates of return for the same cash flows; neither reports that
# there are two.
#
# Hurts: two reports of one deal show 10% and 20%, and both are right by the formula.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install numpy-financial==1.0.0 pyxirr==0.10.8 numpy==2.4.6
observe <<'PY'
import numpy_financial
import pyxirr
from observation import compare, show_versions

show_versions("numpy-financial", "pyxirr")
flows = [-100, 230, -132]  # the net present value is 0 at 10% and at 20%
compare(
    expected="both return the same rate, or an error that reports two rates",
    seen=[round(float(numpy_financial.irr(flows)), 6), round(pyxirr.irr(flows), 6)],
    recorded=[0.1, 0.2],
)
PY
