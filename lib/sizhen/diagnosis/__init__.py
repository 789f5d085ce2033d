"""Diagnosis: what changed, whether it is real, why, at what cost, and who should do what."""

from sizhen.diagnosis.case import Case, open_case, read_findings
from sizhen.diagnosis.series import series
from sizhen.document import Judgement

__all__ = ["Case", "Judgement", "open_case", "read_findings", "series"]
