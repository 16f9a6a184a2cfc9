"""The tree is that of RFC 6962, so that anybody's library can check our proofs."""

import hashlib

import pytest

from app.ledger.domain import merkle

# The test data of the Certificate Transparency project (merkle_tree_test.cc): eight records and
# the root over the first n of them.
RECORDS = [
    bytes.fromhex(record)
    for record in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    leaves = [merkle.leaf_hash(record) for record in RECORDS[:size]]
    assert merkle.root(leaves).hex() == ROOTS[size]


@pytest.mark.parametrize("size", range(1, 70))
def test_root_is_the_recursive_definition(size: int) -> None:
    """RFC 6962 section 2.1, word for word."""

    def tree_hash(records: list[bytes]) -> bytes:
        if len(records) == 1:
            return hashlib.sha256(b"\x00" + records[0]).digest()
        split = 1
        while split * 2 < len(records):
            split *= 2
        return hashlib.sha256(
            b"\x01" + tree_hash(records[:split]) + tree_hash(records[split:])
        ).digest()

    records = [bytes([number]) for number in range(size)]
    assert merkle.root([merkle.leaf_hash(record) for record in records]) == tree_hash(records)


@pytest.mark.parametrize("size", [*range(1, 20), 64, 65, 100])
def test_every_leaf_can_be_proved_and_nothing_else(size: int) -> None:
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(size)]
    root = merkle.root(leaves)
    for index, leaf in enumerate(leaves):
        proof = merkle.prove_inclusion(leaves, index)
        assert merkle.is_included(leaf, proof, root)
        assert not merkle.is_included(merkle.leaf_hash(b"another"), proof, root)
        assert not merkle.is_included(leaf, proof, merkle.leaf_hash(b"another root"))
        for wrong in (
            merkle.InclusionProof(index, size, (*proof.path, root)),
            merkle.InclusionProof(index, size, proof.path[1:]),
            merkle.InclusionProof(size, size, proof.path),
            merkle.InclusionProof(-1, size, proof.path),
            merkle.InclusionProof(index, 0, proof.path),
        ):
            assert wrong == proof or not merkle.is_included(leaf, wrong, root)


def test_a_leaf_that_is_not_there_has_no_proof() -> None:
    with pytest.raises(IndexError):
        merkle.prove_inclusion([merkle.leaf_hash(b"")], 1)
    with pytest.raises(IndexError):
        merkle.prove_inclusion([], 0)


def test_an_inner_node_is_not_a_leaf() -> None:
    """The two hashes of a node, given as a record, do not prove to be in the tree."""
    leaves = [merkle.leaf_hash(record) for record in RECORDS[:4]]
    root = merkle.root(leaves)
    beside = merkle.root(leaves[2:])
    forged = merkle.leaf_hash(leaves[0] + leaves[1])
    assert not merkle.is_included(forged, merkle.InclusionProof(0, 2, (beside,)), root)


# Consistency proofs of the same test data: from how many of the records to how many, and the path.
_GROWTHS = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


@pytest.mark.parametrize(("earlier", "size", "path"), _GROWTHS)
def test_growth_is_proved_as_published(earlier: int, size: int, path: list[str]) -> None:
    leaves = [merkle.leaf_hash(record) for record in RECORDS[:size]]
    proof = merkle.prove_growth(leaves, earlier)
    assert [beside.hex() for beside in proof] == path
    before, now = bytes.fromhex(ROOTS[earlier]), bytes.fromhex(ROOTS[size])
    assert merkle.has_grown(earlier, before, size, now, proof)


@pytest.mark.parametrize("size", [*range(1, 20), 64, 65])
def test_every_growth_can_be_proved_and_nothing_else(size: int) -> None:
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(size)]
    now = merkle.root(leaves)
    for earlier in range(1, size + 1):
        before = merkle.root(leaves[:earlier])
        proof = merkle.prove_growth(leaves, earlier)
        assert merkle.has_grown(earlier, before, size, now, proof)
        another = merkle.leaf_hash(b"another")
        for wrong in (
            (earlier, another, size, now, proof),
            (earlier, before, size, another, proof),
            (earlier, before, size, now, (*proof, another)),
            (earlier + 1, before, size, now, proof),
            (0, before, size, now, proof),
            (earlier, before, earlier - 1, now, proof),
        ):
            assert not merkle.has_grown(*wrong)
        if proof:
            assert not merkle.has_grown(earlier, before, size, now, proof[1:])


def test_growth_from_nothing_or_from_more_has_no_proof() -> None:
    leaves = [merkle.leaf_hash(b"")]
    for earlier in (0, 2):
        with pytest.raises(IndexError):
            merkle.prove_growth(leaves, earlier)
