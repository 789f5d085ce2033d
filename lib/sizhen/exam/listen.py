"""Listen (闻): what buyers say in reviews, scores and refunds. Frames that describe; nothing is judged here."""

from sizhen.exam.listen_follow_ups import follow_ups
from sizhen.exam.listen_leading import leading_bad_reviews, leading_products
from sizhen.exam.listen_praise import praised, praised_aspects
from sizhen.exam.listen_refunds import complaint_refund_weeks, complaints_refunds
from sizhen.exam.listen_reviews import complaints, review_counts, review_weeks
from sizhen.exam.listen_scores import score_days, score_votes, scores
from sizhen.exam.listen_stars import complaint_events, ratings_and_texts
from sizhen.exam.listen_trends import complaint_rises, complaint_weeks
from sizhen.exam.listen_words import rising_words
from sizhen.exam.refunds import refund_products, refund_reasons, refund_weeks

__all__ = [
    "complaint_events",
    "complaint_refund_weeks",
    "complaint_rises",
    "complaint_weeks",
    "complaints",
    "complaints_refunds",
    "follow_ups",
    "leading_bad_reviews",
    "leading_products",
    "praised",
    "praised_aspects",
    "ratings_and_texts",
    "refund_products",
    "refund_reasons",
    "refund_weeks",
    "review_counts",
    "review_weeks",
    "rising_words",
    "score_days",
    "score_votes",
    "scores",
]
