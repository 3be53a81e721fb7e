from __future__ import annotations

URL = "/dashboard/"


def test_it_works(client, rita, order):
    client.force_login(rita)
    response = client.get(URL)
    assert response.status_code == 200, response.content
    assert "Net revenue" in response.content.decode()
