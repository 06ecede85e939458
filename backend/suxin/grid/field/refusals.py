"""Why what a device sends is not taken."""

from suxin.kernel.refusals import Refusal, RefusalKind


class FieldQueueOthers(Refusal):
    """The device is enrolled by another worker; his queue waits for him."""

    code = "FIELD_QUEUE_OTHERS"
    kind = RefusalKind.FORBIDDEN
    zh = "这些记录由另一名网格员采集，请其本人登录后上传"
    en = "Another worker captured these; they wait until he logs in"


class DeviceEnded(Refusal):
    """The device is enrolled no more."""

    code = "FIELD_DEVICE_ENDED"
    kind = RefusalKind.FORBIDDEN
    zh = "该设备的登记已停用"
    en = "This device is enrolled no more"


class DeviceLimitReached(Refusal):
    """The worker has as many devices as he may have."""

    code = "FIELD_DEVICE_LIMIT"
    kind = RefusalKind.LIMITED
    zh = "每人最多登记 {limit} 台设备，请先停用一台"
    en = "A worker enrols {limit} devices at most; end one first"


class ItemForged(Refusal):
    """An item is not what its device signed."""

    code = "FIELD_ITEM_FORGED"
    kind = RefusalKind.INVALID
    zh = "记录与其摘要或设备签名不符"
    en = "The item does not match its digest or its device's signature"


class ItemIdTaken(Refusal):
    """An item of this id came before and said something else, or another stands at its place."""

    code = "FIELD_ITEM_ID_TAKEN"
    zh = "该编号或位置上已有另一条记录"
    en = "Another item has this id or this place"


class CaptureExists(Refusal):
    """A capture of this id is there already."""

    code = "FIELD_CAPTURE_EXISTS"
    zh = "该编号的采集记录已存在"
    en = "A capture of this id exists"


class CaptureEnded(Refusal):
    """The capture was withdrawn or lapsed; nothing follows it."""

    code = "FIELD_CAPTURE_ENDED"
    zh = "该采集记录{state_zh}"
    en = "The capture is {state_en}"


class CaptureFixed(Refusal):
    """An update changes what stays: household, place or photos."""

    code = "FIELD_CAPTURE_FIXED"
    kind = RefusalKind.INVALID
    zh = "户、位置和照片不能修改，请撤回后重新采集"
    en = "Household, place and photos stay; withdraw it and capture anew"


class TooManyHeld(Refusal):
    """Too many items of the worker wait for what they build on."""

    code = "FIELD_TOO_MANY_HELD"
    kind = RefusalKind.LIMITED
    zh = "等待前序记录的操作已达 {limit} 条"
    en = "{limit} items already wait for what they build on"


class UploadOffset(Refusal):
    """A piece of a photo does not begin where the photo ends so far."""

    code = "FIELD_UPLOAD_OFFSET"
    zh = "照片已收到 {offset} 字节，请从该处续传"
    en = "{offset} bytes of the photo are here; go on from there"


class UploadLimitReached(Refusal):
    """Too many photos of the worker are on their way."""

    code = "FIELD_UPLOAD_LIMIT"
    kind = RefusalKind.LIMITED
    zh = "同时上传的照片最多 {limit} 张"
    en = "{limit} photos at most are on their way at once"


class PhotoDiffers(Refusal):
    """What came is not the photo of this digest; it begins anew."""

    code = "FIELD_PHOTO_DIFFERS"
    kind = RefusalKind.INVALID
    # What came is erased, so that it can begin anew.
    commits = True
    zh = "收到的照片与其摘要不符，请重新上传"
    en = "What came is not the photo of this digest; send it anew"


class PhotosNeverCame(Refusal):
    """A capture waited for its photos, and none came that its rule asks for."""

    code = "FIELD_PHOTOS_MISSING"
    zh = "照片在 {days} 天内未传到"
    en = "The photos did not come within {days} days"


class ConflictSettled(Refusal):
    """The conflict was settled, or there is none."""

    code = "FIELD_CONFLICT_SETTLED"
    zh = "该冲突已核定"
    en = "This conflict is settled"
