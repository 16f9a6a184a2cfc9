"""The least that answers JSON with JSON on Flask: what a request costs before it does anything."""

from flask import Flask, Response, jsonify, request

app = Flask(__name__)


@app.post("/bare")
def bare() -> Response:
    """An answer as long as that to a check-in."""
    return jsonify(
        level="ok", title="王大山", message="签到成功", facts=request.get_json(), choices=[]
    )
