"""Jobs on the graphics cards that Hugging Face lends by the second (ZeroGPU), each in a process beside the page's.

The page's own process has no card. What is decorated for one, `worker.paint`, runs in a process that is forked for the
loan; arguments and results are pickled, and of exceptions only Gradio's own cross. A visitor has so many seconds a day,
and who asks for more at once than are left gets none: so a piece of the work asks for few, and what isn't done by then
is gone on with in the next.
"""

from demo.jobs.zero_gpu.runner import make_runner

__all__ = ["make_runner"]
