"""After the experiments: from artifacts, pictures and text to HTML, PDF and notebook.

A job on another machine is a Snakemake of its own, which reads the configuration and knows of no document.
"""

OWNED = []

if workflow.is_main_process:

    include: "documents.smk"


patches.set_logs(workflow.rules)
