"""A reader with documents of two issuers, who talks about them over HTTP."""

from app.core.principal import Role
from app.documents.issuers import normalise_issuer
from tests.api.published_documents import PublishedDocuments

LANTERN = "Net revenue of Lantern Works was $4,210 million in fiscal 2022 and $3,900 million in fiscal 2021."
PUMPS = "Net revenue of Pump Yard was $910 million in fiscal 2022 and $870 million in fiscal 2021."
FIRST = "What was net revenue of Lantern Works in fiscal 2022?"


class Desk:
    """`reader` may read a document of Lantern Works and one of Pump Yard, both owned by `owner`."""

    def __init__(self, server, embedder):
        self.server = server
        self.tenant_id = server.tenant()
        documents = PublishedDocuments(server, self.tenant_id, embedder)
        self.owner, self.reader, self.engineer = (
            server.user(self.tenant_id, role) for role in (Role.EDITOR, Role.ANALYST, Role.ENGINEER)
        )
        self.collections, self.documents, self.grants = {}, {}, {}
        for issuer, page in (("Lantern Works", LANTERN), ("Pump Yard", PUMPS)):
            collection = self.owner.collection(issuer)
            key = normalise_issuer(issuer)
            made = documents.publish(self.owner, collection, page, issuer=issuer, issuer_key=key)
            self.collections[issuer] = collection["id"]
            self.documents[issuer] = made["document"]["id"]
            self.grants[issuer] = self.owner.grant(collection, self.reader)["id"]
            self.owner.grant(collection, self.engineer)

    def hide(self, issuer):
        answer = self.owner.http.delete(f"/v1/grants/{self.grants[issuer]}", headers={"If-Match": "*"})
        assert answer.is_success, answer.text

    def begin(self, **body):
        answer = self.reader.http.post("/v1/conversations", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def ask(self, conversation, question, **more):
        answer = self.reader.http.post(f"/v1/conversations/{conversation}/turns", json={"question": question, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def turns(self, conversation):
        return self.reader.http.get(f"/v1/conversations/{conversation}/turns").json()["items"]
