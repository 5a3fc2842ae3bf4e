"""The two packages, taken apart."""
import hashlib
import subprocess


def output(*command, **more):
    """What a command says; an exception with the end of its complaint when it fails."""
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True,
                          check=False, timeout=300, **more)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: "
                           f"{(done.stderr or done.stdout)[-300:]}")
    return done.stdout


class Packages:
    NAMES = ("carepass", "carepassd")

    def __init__(self, folder, place, configuration):
        self.place, self.configuration = place, configuration
        # mkdtemp makes folders that only we may enter; the daemons run as somebody else.
        place.chmod(0o755)
        self.files, self.roots = {}, {}
        for name in self.NAMES:
            [file] = sorted(folder.glob(f"{name}_*.deb"))
            self.files[name] = place / file.name
            self.files[name].write_bytes(file.read_bytes())
            self.roots[name] = place / name
            output("dpkg-deb", "-x", file, self.roots[name])

    def program(self, name):
        return self.roots[name] / "usr/bin" / name

    def field(self, name, field):
        return output("dpkg-deb", "-f", self.files[name], field).strip()

    def listing(self, name):
        """{path: (rights, owner)} of everything in the package."""
        rows = [line.split(None, 5) for line in
                output("dpkg-deb", "-c", self.files[name]).splitlines()]
        return {row[5].removeprefix("."): (row[0], row[1]) for row in rows}

    def differ(self, folder):
        """Which packages have other bytes in another folder."""
        def digest(file):
            return hashlib.sha256(file.read_bytes()).hexdigest()
        return [f"{file.name} has other bytes" for file in self.files.values()
                if digest(file) != digest(folder / file.name)]
