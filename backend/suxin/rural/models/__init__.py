"""The tables of rural ratings, by topic: cycles with who entered, votes, grades with what makes them up, and areas with their titles."""

from suxin.rural.models.areas import RuralAreaCount, RuralTitle
from suxin.rural.models.cycles import RatingCycle, RatingEntry, RuralNotice, RuralStatement
from suxin.rural.models.grades import RuralCertificate, RuralGrade, RuralHearing, RuralReckoning
from suxin.rural.models.votes import PanelBallot, PanelMember, PanelRecusal, PanelVote

__all__ = [
    "PanelBallot",
    "PanelMember",
    "PanelRecusal",
    "PanelVote",
    "RatingCycle",
    "RatingEntry",
    "RuralAreaCount",
    "RuralCertificate",
    "RuralGrade",
    "RuralHearing",
    "RuralNotice",
    "RuralReckoning",
    "RuralStatement",
    "RuralTitle",
]
