#!/usr/bin/env bash
# scikit-learn's calibration_curve with strategy="quantile" puts all lower confidences into the bin of a frequent one,
# if they are fewer than a bin's share.
#
# Hurts: models repeat a few confidences; one that is right in 80% at 0.9 and in 100% at 0.5 seems perfectly calibrated.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install scikit-learn==1.9.1
observe <<'PY'
from observation import compare, show_versions
from sklearn.calibration import calibration_curve

show_versions("scikit-learn")
confidences = [0.9] * 40 + [0.5] * 8
is_right = [1] * 32 + [0] * 8 + [1] * 8


def points(strategy):
    shares, means = calibration_curve(is_right, confidences, n_bins=5, strategy=strategy)
    return [(round(float(mean), 2), round(float(share), 2)) for mean, share in zip(means, shares)]


compare(
    expected="two points with both strategies: (0.5, 1.0) and (0.9, 0.8)",
    seen={strategy: points(strategy) for strategy in ("uniform", "quantile")},
    recorded={"uniform": [(0.5, 1.0), (0.9, 0.8)], "quantile": [(0.83, 0.83)]},
)
PY
