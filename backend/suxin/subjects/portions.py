"""What this context holds about a subject: who it is, who acts for it, what is on record, what it declared itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Date, delete, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.holdings import Kept, Portion, Rows
from suxin.kernel.masks import mask_name, mask_phone, mask_resident_id
from suxin.kernel.sealing import Sealer
from suxin.subjects.commitments.models import Commitment, CommitmentKind, CommitmentState
from suxin.subjects.commitments.queries import commitments_of
from suxin.subjects.models import (
    NAME,
    PHONE,
    RESIDENT_ID,
    CatalogueItem,
    CreditRecord,
    Mandate,
    PersonIdentity,
    Subject,
    WeChatAccount,
)
from suxin.subjects.models.records import TODAY
from suxin.subjects.standing import ending_of

# The day by which the row policy reads, so that a subject is told what others are.
_TODAY: Final = literal_column(TODAY, Date)
RECORDS_KEPT: Final = Kept(
    why_zh="这些记录由有关部门依法归集，删除须由认定部门作出；认为有误的，请申请更正",
    why_en="source departments keep these records by law; what is wrong with one is corrected, not deleted",
    law_zh="《个人信息保护法》第十三条第三项、第三十四条、第三十七条（依法定职责归集）；《信用修复管理办法》",
    until_zh="至目录规定的公示与使用期满；不良信息满 5 年自动删除（《征信业管理条例》第十六条）",
)
IDENTITY_KEPT: Final = Kept(
    why_zh="实名信息用于证明是您本人在使用本服务；注销账号时删除，合同尚在保存期内的届满再删",
    why_en="the proof of identity is what the service rests on; it goes when the account is closed",
    law_zh="《个人信息保护法》第十三条第二项（履行与您的合同所必需）",
    until_zh="至注销账号；已签合同的，至合同保存期满",
)
SUBJECT_KEPT: Final = Kept(
    why_zh="其他依法保存的记录须有所属主体；自然人姓名只存脱敏形式，注销账号时抹去",
    why_en="whatever must be kept has to belong to somebody; a person's name is masked, and goes with the account",
    law_zh="《个人信息保护法》第四十七条第二款",
    until_zh="至名下依法保存的记录期满",
)
MANDATES_KEPT: Final = Kept(
    why_zh="代理关系是您为企业所作申请和授权有效的证据",
    why_en="a mandate is the evidence that what was asked and permitted for a firm is valid",
    law_zh="《个人信息保护法》第十九条（必要的最短时间）；《民法典》第一百八十八条（诉讼时效三年）",
    until_zh="代理结束后 3 年（平台暂定）",
)
COMMITMENTS_KEPT: Final = Kept(
    why_zh="承诺及其履行情况是依法归集的信用记录；自主申报的承诺随申报一并删除，经核查不实的除外",
    why_en="commitments and what became of them are on record by law; one of a declaration goes with it, unless it was false",
    law_zh="《个人信息保护法》第十三条第三项、第三十四条；宿政办发〔2021〕62号第8项、第15项",
    until_zh="与相应的信用记录同期",
)
ACCOUNTS_KEPT: Final = Kept(
    why_zh="微信登录标识只用于登录；注销账号时删除",
    why_en="it only opens the mini program, and goes when the account is closed",
    law_zh="《个人信息保护法》第十三条第二项",
    until_zh="至注销账号",
)


async def erase_declarations(session: AsyncSession, actor: Actor, *, now: datetime) -> int:
    """Delete everything that the acting subject declared itself, with its history; return how many records."""
    return await _erased(session, _declared(actor.own_subject), actor, now=now)


async def erase_declaration(
    session: AsyncSession, actor: Actor, *, record_id: UUID, now: datetime
) -> int:
    """Delete one declaration of the acting subject; return 0 when it has none of that id."""
    one = _declared(actor.own_subject).where(CreditRecord.id == record_id)
    return await _erased(session, one, actor, now=now)


async def _erased(session: AsyncSession, which: Rows, actor: Actor, *, now: datetime) -> int:
    ids = which.with_only_columns(CreditRecord.id).order_by(None)
    gone = (
        await session.execute(
            delete(CreditRecord)
            .where(CreditRecord.subject_id == actor.own_subject, CreditRecord.id.in_(ids))
            .returning(CreditRecord.id, CreditRecord.item_code)
            .execution_options(synchronize_session=False)
        )
    ).all()
    # What was promised of them goes with them, unless it was found false.
    await session.execute(
        delete(Commitment)
        .where(
            Commitment.subject_id == actor.own_subject,
            Commitment.kind == CommitmentKind.TRUTH,
            Commitment.state != CommitmentState.BROKEN,
            Commitment.record_id.in_([row.id for row in gone]),
        )
        .execution_options(synchronize_session=False)
    )
    for row in gone:
        append_act(
            session,
            action="subjects.record.erased",
            now=now,
            subject_id=actor.own_subject,
            object_type="credit_record",
            object_id=row.id,
            detail={"item_code": row.item_code},
        )
    return len(gone)


def _declared(subject_id: UUID) -> Rows:
    return _on_record(subject_id).where(CreditRecord.self_declared)


def _on_record(subject_id: UUID) -> Rows:
    return (
        select(CreditRecord, CatalogueItem, _TODAY)
        .outerjoin(CatalogueItem, CatalogueItem.code == CreditRecord.item_code)
        .where(CreditRecord.subject_id == subject_id)
    )


def _found_wrong(subject: Subject) -> list[str]:
    return [
        f"{_COLUMNS_ZH[column]} {value or '无'}" for column, value in subject.found_wrong.items()
    ]


_COLUMNS_ZH: Final = {
    "name": "名称",
    "county_code": "县区代码",
    "town_code": "乡镇代码",
    "industry": "行业代码",
}


def _phone(identity: PersonIdentity, sealer: Sealer) -> str | None:
    """Return a person's phone, masked; whoever was proved at a counter may have none."""
    sealed: bytes | None = identity.phone_sealed
    if sealed is None:
        return None
    return mask_phone(sealer.open(sealed, purpose=PHONE, row=identity.subject_id))


_RECORD_FIELDS: Final = {
    "id": "编号",
    "item_code": "目录代码",
    "item": "事项",
    "category": "信息类别",
    "channel": "渠道",
    "source": "来源",
    "source_ref": "来源编号",
    "department": "归口部门",
    "occurred_on": "发生日期",
    "published_until": "公示至",
    "valid_until": "有效至",
    "polarity": "性质",
    "status": "状态",
    "ended": "停用原因",
    "amount_fen": "金额",
    "content": "内容",
    "loaded_at": "入库时间",
    "batch_id": "归集批次",
    "batch_line": "批次中的行",
}

PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="subject",
        zh="主体资料",
        en="the subject",
        tables=("subjects",),
        fields={
            "id": "编号",
            "kind": "类型",
            "name": "名称",
            "uscc": "统一社会信用代码",
            "county_code": "所在县区代码",
            "town_code": "所在乡镇代码",
            "industry": "行业代码",
            "registered_on": "成立日期",
            "found_wrong": "已被更正的原登记",
            "created_at": "建档时间",
        },
        values={"found_wrong": lambda row, _: _found_wrong(row[0])},
        rows=lambda subject_id: select(Subject).where(Subject.id == subject_id),
        by=(Subject.id,),
        kept=SUBJECT_KEPT,
    ),
    Portion(
        code="identity",
        zh="实名信息",
        en="proved identity, masked",
        tables=("person_identities",),
        fields={
            "name": "姓名",
            "resident_id": "身份证号",
            "phone": "手机号",
            "proof_method": "核验方式",
            "proof_ref": "核验编号",
            "proved_at": "核验时间",
        },
        # Masked also to himself: a downloaded file is passed on, and he knows his own numbers.
        values={
            "name": lambda row, sealer: mask_name(
                sealer.open(row[0].name_sealed, purpose=NAME, row=row[0].subject_id)
            ),
            "resident_id": lambda row, sealer: mask_resident_id(
                sealer.open(row[0].resident_id_sealed, purpose=RESIDENT_ID, row=row[0].subject_id)
            ),
            "phone": lambda row, sealer: _phone(row[0], sealer),
        },
        rows=lambda person_id: select(PersonIdentity).where(PersonIdentity.subject_id == person_id),
        by=(PersonIdentity.subject_id,),
        of_person=True,
        kept=IDENTITY_KEPT,
    ),
    Portion(
        code="wechat_accounts",
        zh="微信登录",
        en="WeChat accounts",
        tables=("wechat_accounts",),
        fields={"openid": "小程序用户标识", "created_at": "首次登录时间"},
        rows=lambda person_id: select(WeChatAccount).where(WeChatAccount.person_id == person_id),
        by=(),
        of_person=True,
        through_doorway=True,
        kept=ACCOUNTS_KEPT,
    ),
    Portion(
        code="mandates",
        zh="代理授权",
        en="mandates",
        tables=("mandates",),
        fields={
            "id": "编号",
            "person_id": "代理人编号",
            "subject_id": "被代理主体编号",
            "role": "身份",
            "proof_method": "核验方式",
            "proof_ref": "核验编号",
            "starts_at": "开始",
            "ends_at": "到期",
            "ended_at": "结束",
        },
        rows=lambda subject_id: select(Mandate).where(
            or_(Mandate.subject_id == subject_id, Mandate.person_id == subject_id)
        ),
        by=(Mandate.id,),
        kept=MANDATES_KEPT,
    ),
    Portion(
        code="records",
        zh="信用记录",
        en="credit records with source and channel",
        tables=("credit_records",),
        fields=_RECORD_FIELDS,
        values={
            "item": lambda row, _: row[1].name if row[1] else row[0].item_code,
            "department": lambda row, _: row[1].department if row[1] else None,
            "ended": lambda row, _: ending_of(row[0], today=row[2]),
        },
        rows=lambda subject_id: _on_record(subject_id).where(~CreditRecord.self_declared),
        by=(CreditRecord.id,),
        kept=RECORDS_KEPT,
    ),
    Portion(
        code="declarations",
        zh="自主申报",
        en="what the subject declared itself, with its history",
        tables=("credit_records",),
        fields=_RECORD_FIELDS,
        values={
            "item": lambda row, _: row[1].name if row[1] else row[0].item_code,
            "department": lambda row, _: row[1].department if row[1] else None,
            "ended": lambda row, _: ending_of(row[0], today=row[2]),
        },
        rows=_declared,
        by=(CreditRecord.id,),
        erase=erase_declarations,
    ),
    Portion(
        code="commitments",
        zh="信用承诺",
        en="what the subject promised in public, and what became of it",
        tables=("commitments",),
        fields={
            "id": "编号",
            "number": "承诺编号",
            "authority": "受理单位",
            "title": "事项",
            "text": "承诺内容",
            "text_version": "承诺书版本",
            "stated": "申报内容",
            "made_on": "承诺日期",
            "due_on": "履行期限",
            "state": "状态",
            "judged_at": "认定时间",
            "reason": "认定理由",
            "document": "依据文书",
        },
        rows=commitments_of,
        by=(Commitment.id,),
        kept=COMMITMENTS_KEPT,
    ),
)
