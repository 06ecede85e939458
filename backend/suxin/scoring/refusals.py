"""For which facts a score model is not taken, or does not go on."""

from suxin.kernel.refusals import Refusal, RefusalKind


class ModelMalformed(Refusal):
    """The document is no score model: something is missing, unknown or of another kind."""

    code = "MODEL_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "评分模型格式不正确：{reason_zh}"
    en = "The document is no score model: {reason_en}"


class ModelTooLarge(Refusal):
    """The document is longer, or holds more, than a model may."""

    code = "MODEL_TOO_LARGE"
    kind = RefusalKind.LIMITED
    zh = "评分模型的{thing_zh}超过上限 {limit}"
    en = "A score model has at most {limit} {thing_en}"


class CodeRepeated(Refusal):
    """Two dimensions, indicators or tiers of the model have the same code."""

    code = "MODEL_CODE_REPEATED"
    kind = RefusalKind.INVALID
    zh = "代码“{repeated}”重复"
    en = "The code {repeated} is there twice"


class BoundsIncoherent(Refusal):
    """The model's least, base and most do not follow each other."""

    code = "MODEL_BOUNDS_INCOHERENT"
    kind = RefusalKind.INVALID
    zh = "最低分、基础分、最高分应依次不减"
    en = "The least score, the base and the greatest score do not follow each other"


class TiersIncoherent(Refusal):
    """The tiers do not descend from the best to one that begins at the least score."""

    code = "MODEL_TIERS_INCOHERENT"
    kind = RefusalKind.INVALID
    zh = "等级应从高到低排列，最低一级从最低分起"
    en = "Tiers go from the best down to one that begins at the least score"


class PointsIncoherent(Refusal):
    """An indicator has no points, or its ceiling is lower than one record's points."""

    code = "MODEL_POINTS_INCOHERENT"
    kind = RefusalKind.INVALID
    zh = "指标“{indicator}”的分值不能为 0，封顶分不能小于单条分值"
    en = "The indicator {indicator} has no points, or a ceiling below those of one record"


class RangeEmpty(Refusal):
    """An indicator's range of amounts or ages, or its dimension's of points, holds nothing."""

    code = "MODEL_RANGE_EMPTY"
    kind = RefusalKind.INVALID
    zh = "“{part}”的取值范围为空"
    en = "The range of {part} is empty"


class PointsAgainstPolarity(Refusal):
    """An indicator takes points for what does not speak against its subject, or gives them for what does."""

    code = "MODEL_POINTS_AGAINST_POLARITY"
    kind = RefusalKind.INVALID
    zh = "指标“{indicator}”：只有负面记录可以扣分，负面记录不能加分"
    en = "The indicator {indicator}: only what speaks against somebody may cost points, and that gives none"


class NegativeTooOld(Refusal):
    """An indicator counts what speaks against its subject for longer than it may be kept."""

    code = "MODEL_NEGATIVE_TOO_OLD"
    kind = RefusalKind.INVALID
    zh = "指标“{indicator}”：负面记录自发生之日起最多计 {days} 天"
    en = "The indicator {indicator}: what speaks against somebody counts for {days} days at most"


class IndicatorsOverlap(Refusal):
    """One record could count in two indicators."""

    code = "MODEL_INDICATORS_OVERLAP"
    kind = RefusalKind.INVALID
    zh = "指标“{first}”与“{second}”会重复计算同一条记录"
    en = "The indicators {first} and {second} would count one record twice"


class LimitIncoherent(Refusal):
    """A hard cap or a veto hangs on what does not speak against its subject, or names a score or tier that is none."""

    code = "MODEL_LIMIT_INCOHERENT"
    kind = RefusalKind.INVALID
    zh = "指标“{indicator}”的封顶或一票否决不成立：只能用于扣分指标，且须在分值范围和等级之内"
    en = "The limit of {indicator} holds nothing: it is for what costs points, within the scores and tiers there are"


class PanelIncoherent(Refusal):
    """The indicator of a panel's votes is there twice, or counts records besides, or takes points."""

    code = "MODEL_PANEL_INCOHERENT"
    kind = RefusalKind.INVALID
    zh = "评议指标“{indicator}”不成立：一个模型最多一项，不计记录、不衰减，单项分值即上限且为正"
    en = "The panel's indicator {indicator} holds nothing: there is one at most, with no records, and its points are its ceiling"


class ModelNotAt(Refusal):
    """The model does not stand where this step begins."""

    code = "MODEL_NOT_AT"
    zh = "该模型当前状态不能进行此操作"
    en = "The model does not stand where this step begins"


class ApproverRepeated(Refusal):
    """Whoever drafted or approved the model already does not approve it as another."""

    code = "MODEL_APPROVER_REPEATED"
    zh = "须由起草人以外的两人分别批准"
    en = "Two people approve a model, and neither is who drafted it"


class CertificateInvalid(Refusal):
    """What is shown as a tier certificate was not signed by this platform, or was changed since."""

    code = "CERTIFICATE_INVALID"
    kind = RefusalKind.INVALID
    zh = "不是本平台签发的信用等级证明，或内容不完整、已被改动"
    en = "This is no tier certificate signed by this platform, or it was changed or cut short"


class CertificateExpired(Refusal):
    """A tier certificate's ten minutes are over."""

    code = "CERTIFICATE_EXPIRED"
    kind = RefusalKind.INVALID
    zh = "信用等级证明已过期，请持有人在小程序中重新出具"
    en = "The tier certificate has expired; its holder can have another in the mini program"
