# SPDX-License-Identifier: Apache-2.0
"""Inspections: commands of the layout, run while it is verified."""
from .documents import DSSE, METABLOCK, Chain, inspection

SPEC = "in-toto 1.0, 4.3.2 and 5.2 steps 6 and 7"


def add(corpus):
    s = corpus.section("inspections", "Inspections", SPEC)

    def run(command, materials=(), products=(), files=None, form=METABLOCK):
        chain = Chain(form)
        chain.layout["inspect"] = [inspection("look", command, materials, products)]
        for name, data in (files or {}).items():
            chain.files[f"product/{name}"] = data
        return chain

    status = "An inspection is successful when its command ends with status 0."
    for form in METABLOCK, DSSE:
        s.accept(f"{form}-true", "a command that succeeds", run(["true"], form=form), status, spec="in-toto 1.0, 4.3.2.1")
        s.refuse(f"{form}-false", "a command that fails", "inspection.command", run(["false"], form=form), status, spec="in-toto 1.0, 4.3.2.1")
    s.refuse("status-3", "a command that ends with status 3", "inspection.command", run(["sh", "-c", "exit 3"]), status, spec="in-toto 1.0, 4.3.2.1")
    s.refuse("signal", "a command that a signal ends", "inspection.command", run(["sh", "-c", "kill -TERM $$"]), status, spec="in-toto 1.0, 4.3.2.1")
    s.refuse("no-such-command", "a command that is not there", "inspection.command", run(["intoto-no-such-command"]), status, spec="in-toto 1.0, 4.3.2.1")
    s.refuse("no-command", "an inspection without command", "inspection.command", run([]), "An inspection has a command.")
    s.accept("no-shell", "words that a shell would change", run(["test", "$HOME", "=", "$HOME"]), "The command is run as it is, without a shell.")
    s.refuse("no-shell-either", "a command line in one word", "inspection.command", run(["true && true"]), "The command is run as it is, without a shell.")

    seen = "An inspection's materials are the files before its command ran, its products those after it."
    packed = {"a.tar": "a.tar"}  # its content has the digest that the chain recorded
    judge = ["MATCH a.tar WITH PRODUCTS FROM pack", "DISALLOW *"]
    s.accept("product", "the delivered file is what the last step made", run(["true"], judge, judge, packed), seen)
    s.refuse("product-changed", "the delivered file was changed", "rule.disallow", run(["true"], judge, (), {"a.tar": "tampered"}), seen)
    s.refuse("product-missing", "the delivered file is missing", "rule.require", run(["true"], ["REQUIRE a.tar"]), seen)
    s.refuse("product-extra", "one more file was delivered", "rule.disallow", run(["true"], judge, (), {**packed, "more": "x"}), seen)
    s.refuse("product-below", "one more file in a folder below", "rule.disallow", run(["true"], judge, (), {**packed, "d/e/more": "x"}), seen)
    s.accept("product-changed-open", "a changed file where nothing forbids what is left",
             run(["true"], ["MATCH a.tar WITH PRODUCTS FROM pack"], (), {"a.tar": "tampered"}),
             "MATCH does not fail; what it leaves is allowed unless a DISALLOW follows.", spec="in-toto 1.0, 4.3.3.1")
    s.accept("creates", "a file that the command makes",
             run(["cp", "a.tar", "out"], judge, ["CREATE out", "ALLOW a.tar", "DISALLOW *"], packed), seen)
    s.refuse("creates-other", "a file that the command makes and no rule allows", "rule.disallow",
             run(["cp", "a.tar", "other"], judge, ["CREATE out", "ALLOW a.tar", "DISALLOW *"], packed), seen)
    s.accept("deletes", "a file that the command removes", run(["rm", "a.tar"], ["DELETE a.tar", "DISALLOW *"], ["DISALLOW *"], packed), seen)
    s.accept("modifies", "a file that the command changes",
             run(["sh", "-c", "echo more >>a.tar"], [], ["MODIFY a.tar", "DISALLOW *"], packed), seen)
    s.accept("unpacked", "what the command unpacks is what an earlier step made",
             run(["sh", "-c", "printf %s out >out"], judge, ["MATCH out WITH PRODUCTS FROM build", "ALLOW a.tar", "DISALLOW *"], packed), seen)
    s.refuse("unpacked-other", "what the command unpacks is something else", "rule.disallow",
             run(["sh", "-c", "printf %s evil >out"], judge, ["MATCH out WITH PRODUCTS FROM build", "ALLOW a.tar", "DISALLOW *"], packed), seen)
    chain = run(["sh", "-c", "printf %s one >one"], (), ["CREATE one", "DISALLOW *"])
    chain.layout["inspect"].append(inspection("again", ["true"], ["MATCH one WITH PRODUCTS FROM look", "DISALLOW *"]))
    s.accept("in-order", "a second inspection sees what the first one made", chain, "Inspections run in their order, in one place.",
             notes="The reference implementation leaves look.link there, and does not record such files.")
    chain = run(["true"], ["MATCH a.tar WITH PRODUCTS FROM again", "DISALLOW *"], (), packed)
    chain.layout["inspect"].append(inspection("again", ["true"]))
    s.accept("looks-ahead", "an inspection's rule speaks of a later inspection", chain, "The rules of inspections are applied when all have run.")
    chain = run(["true"])
    chain.step("pack")["expected_products"].insert(0, ["MATCH", "*", "WITH", "PRODUCTS", "FROM", "look"])
    chain.step("pack")["expected_products"].remove(["CREATE", "a.tar"])
    chain.files["product/a.tar"] = "a.tar"
    s.refuse("not-from-steps", "a rule of a step speaks of an inspection", "rule.disallow", chain,
             "The rules of steps are applied before inspections run.", spec="in-toto 1.0, 5.2 steps 5 to 7")
    for name, file in ("link", "x.link"), ("git", ".git/config"), ("pyc", "a.pyc"), ("backup", "a~"):
        s.either(f"leaves-out-{name}", f"a file called {file} beside the product", run(["true"], judge, (), {**packed, file: "x"}),
                 "Which files are recorded is not said; the reference implementation leaves these out.")
    chain = run(["sh", "-c", "echo ran >ran; exit 1"])
    chain["build"].signers = []
    s.refuse("not-after-failure", "a link is not signed, and the inspection would fail too", "link.signature", chain,
             "Inspections run only on what is not known to be bad.", spec="in-toto 1.0, 5.2", notes="inspection.command must not be among the failures")
    s.refuse("unwanted", "the caller wants no inspections", "inspection.refused", run(["true"]), "Who does not want a stranger's commands need not run them.",
             inspections="refuse", features=["refuse-inspections"], spec="none: an option of the verifier")
    s.refuse("endless", "a command that does not end, with a limit of one second", "inspection.timeout", run(["sleep", "60"]),
             "A caller may bound the time of an inspection.", timeout=1, features=["time-limit"], spec="none: an option of the verifier")
