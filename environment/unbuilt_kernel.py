"""Stands in for the Java kernel while the library is not built: every cell says so."""

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

MESSAGE = (
    "The Java library is not built: target/tina.jar is missing.\n"
    "Run `environment/tina setup` in the project folder, then restart this kernel.\n"
)


class UnbuiltKernel(Kernel):
    implementation = "tina-unbuilt"
    implementation_version = "1"
    banner = MESSAGE
    language_info = {"name": "java", "mimetype": "text/x-java-source", "file_extension": ".jshell"}

    async def do_execute(self, code, silent, store_history=True, user_expressions=None, allow_stdin=False, **_):
        error = {"ename": "NotBuilt", "evalue": MESSAGE, "traceback": [MESSAGE]}
        self.send_response(self.iopub_socket, "error", error)
        return {"status": "error", "execution_count": self.execution_count, **error}


IPKernelApp.launch_instance(kernel_class=UnbuiltKernel)
