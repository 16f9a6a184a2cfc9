"""Masks made on the server for whatever the public sees."""


def mask_name(name: str) -> str:
    """王小强 → 王*强, 王强 → 王*, 阿依古丽·买买提 → 阿*提: never more than two characters show."""
    characters = [character for character in name if character != "·"]
    if len(characters) <= 1:
        return "*"
    if len(characters) == 2:
        return characters[0] + "*"
    return f"{characters[0]}*{characters[-1]}"


def mask_phone(phone: str) -> str:
    """13812348000 → 138****8000; anything shorter than eight digits shows nothing."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****"
