"""Where another library is at hand, it agrees; its own data sets give the published figures."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trainkit import metrics as m


def test_iris_falls_into_three_clusters_as_published():
    datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn isn't installed")
    iris = datasets.load_iris(as_frame=True).data
    found = m.cluster_quality(iris, list(iris.columns), ks=[3], scale=False)
    assert found["inertia"][0] == pytest.approx(78.851, abs=0.001)
    assert found["silhouette"][0] == pytest.approx(0.5528, abs=0.0001)


@pytest.mark.slow
def test_the_churn_model_is_the_logistic_regression_of_the_textbooks():
    api = pytest.importorskip("statsmodels.api", reason="statsmodels isn't installed")
    random = np.random.default_rng(8)
    x = random.normal(0, 2, (500, 2))
    y = (random.random(500) < 1 / (1 + np.exp(-(0.5 + x[:, 0] - 0.5 * x[:, 1])))).astype(int)
    ours = m.churn_model(pd.DataFrame({"y": y, "a": x[:, 0], "b": x[:, 1]}), "y", ["a", "b"], ridge=0)
    theirs = api.Logit(y, api.add_constant(x)).fit(disp=0).params
    assert [ours.intercept, *ours.weights.values()] == pytest.approx(list(theirs), abs=1e-6)


def test_tests_of_means_and_auc_agree_with_scipy():
    from scipy import stats

    random = np.random.default_rng(9)
    a, b = random.normal(0, 1, 40), random.normal(0.5, 2, 30)
    theirs = stats.ttest_ind(b, a, equal_var=False)
    ours = m.mean_test(a, b)
    assert (ours.z, ours.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    table = pd.DataFrame({"left": [0] * 40 + [1] * 30, "score": np.r_[a, b]})
    auc = stats.mannwhitneyu(b, a).statistic / (40 * 30)
    assert m.auc(table, "left", "score") == pytest.approx(auc)


def test_half_of_waltons_flies_live_56_days():
    spec = find_spec("lifelines")
    if spec is None or spec.origin is None:
        pytest.skip("lifelines, which carries the data, isn't installed: pip install --no-deps lifelines")
    flies = pd.read_csv(Path(spec.origin).parent / "datasets" / "waltons_dataset.csv")
    curve = m.kaplan_meier(flies, "T", "E")
    assert curve["time"][curve["survival"] <= 0.5].min() == 56
