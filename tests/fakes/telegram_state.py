"""What the Bot API server of the tests knows about bots and chats."""


class ApiError(Exception):
    def __init__(self, code, description, **parameters):
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


def bad_request(words):
    return ApiError(400, f"Bad Request: {words}")


class Chat:
    """What Telegram knows about one chat."""

    def __init__(self, chat_id):
        self.id = chat_id
        self.forbidden = None  # why the bot may not write
        self.migrated_to = None
        self.messages = {}  # message_id -> message, as it stands now
        self.next_message = 1
        self.last_sent = []  # times, for the flood limit
        self.topics = {}  # thread -> {"name", "closed"}; those that are gone were deleted
        self.next_topic = 100

    def describe(self):
        if self.id > 0:
            return {"id": self.id, "type": "private", "first_name": f"Person {self.id}"}
        return {"id": self.id, "type": "supergroup" if self.id < -(10**12) else "group", "title": f"Group {-self.id}"}

    def message_id(self):
        self.next_message += 1
        return self.next_message - 1


class Bot:
    def __init__(self, token, username, privacy=True, topics=False):
        self.token = token
        self.me = {
            "id": int(token.split(":")[0]), "is_bot": True, "first_name": "Test", "username": username,
            "can_join_groups": True, "can_read_all_group_messages": not privacy, "supports_inline_queries": False,
            "has_topics_enabled": topics,
        }
        self.webhook = {"url": "", "secret": None, "max_connections": 40, "allowed": None}
        self.updates = []  # for getUpdates: confirmed ones are gone
        self.poll = None  # the future of the waiting getUpdates
        self.next_update = 700_000_001
        self.queues = {}  # webhook: chat -> asyncio.Queue
        self.callbacks = {}  # id -> answered
        self.last_error = None
        self.membership = {"status": "administrator", "can_manage_topics": True}  # in groups
