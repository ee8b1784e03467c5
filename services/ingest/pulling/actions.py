"""What happened in a chat, by the words that Telegram Desktop has for it."""

from __future__ import annotations

import re
from typing import Any

from telethon.tl import types

#: Where its word is another one than Telegram's. Source: Telegram Desktop, ``export_output_json.cpp``.
WORDS = {
    "ChatCreate": "create_group",
    "ChatEditTitle": "edit_group_title",
    "ChatEditPhoto": "edit_group_photo",
    "ChatDeletePhoto": "delete_group_photo",
    "ChatAddUser": "invite_members",
    "ChatDeleteUser": "remove_members",
    "ChatJoinedByLink": "join_group_by_link",
    "ChatJoinedByRequest": "join_group_by_request",
    "ChatMigrateTo": "migrate_to_supergroup",
    "ChannelCreate": "create_channel",
    "ChannelMigrateFrom": "migrate_from_group",
    "HistoryClear": "clear_history",
    "GameScore": "score_in_game",
    "PaymentSent": "send_payment",
    "PaymentRefunded": "refunded_payment",
    "ScreenshotTaken": "take_screenshot",
    "BotAllowed": "allow_sending_messages",
    "SecureValuesSent": "send_passport_values",
    "ContactSignUp": "joined_telegram",
    "GeoProximityReached": "proximity_reached",
    "SetChatTheme": "edit_chat_theme",
    "SetMessagesTTL": "set_messages_ttl",
    "WebViewDataSent": "send_webview_data",
    "GiftPremium": "send_premium_gift",
    "GiftStars": "send_stars_gift",
    "GiftCode": "gift_code_prize",
    "PrizeStars": "stars_prize",
    "StarGift": "send_star_gift",
    "TopicCreate": "topic_created",
}


def action_of(action: Any) -> dict[str, Any]:
    """``action``, and the title of a topic."""
    name = type(action).__name__.removeprefix("MessageAction")
    word = WORDS.get(name) or re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    title = {"title": action.title} if isinstance(action, types.MessageActionTopicCreate) else {}
    return {"action": word, **title}
