// `varka-pod exec`: joins a pod and becomes the program, in place: same pid, parent, terminal, exit status.
// Without a pod it is the trampoline that gives a child its death signal.
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pod.h"

enum { kCannotStart = 125, kNotExecutable = 126, kNotFound = 127 };  // as env(1), docker and shells say it

// Order matters: the user namespace gives the capabilities for the others, the mount namespace changes what
// paths mean.
static const struct {
  const char* name;
  int flag;
} kNamespaces[] = {
    {"user", CLONE_NEWUSER}, {"net", CLONE_NEWNET}, {"uts", CLONE_NEWUTS}, {"mnt", CLONE_NEWNS}};
enum { kNamespaceCount = 4 };

struct exec_options {
  int namespaces[kNamespaceCount];  // descriptors, -1 = stay
  int status;    // errno and step of a failed start are written here; closed by a good exec
  pid_t parent;  // die with it; 0 = live on
  long open_files;
  const char* directory;
};

static int give_up(const struct exec_options* options, const char* what, int error) {
  fprintf(stderr, "varka-pod: %s: %s\n", what, strerror(error));
  if (options->status >= 0) dprintf(options->status, "%d %s", error, what);
  return error == ENOENT ? kNotFound : kNotExecutable;
}

// "user=5,net=6": inherited descriptors.
static bool read_descriptors(char* text, struct exec_options* options) {
  for (char* item = strtok(text, ","); item; item = strtok(NULL, ",")) {
    char* value = strchr(item, '=');
    if (!value) return false;
    *value++ = 0;
    for (int i = 0; i < kNamespaceCount; i++)
      if (strcmp(kNamespaces[i].name, item) == 0) options->namespaces[i] = atoi(value);
  }
  return true;
}

// Those of a running process in the pod (the agent): for `varka exec`, which is not the engine.
static bool open_namespaces_of(const char* pid, struct exec_options* options) {
  for (int i = 0; i < kNamespaceCount; i++) {
    if (i == 0 && geteuid() == 0) continue;  // root's pods have no user namespace of their own
    char path[64];
    snprintf(path, sizeof path, "/proc/%s/ns/%s", pid, kNamespaces[i].name);
    options->namespaces[i] = open(path, O_RDONLY | O_CLOEXEC);
    if (options->namespaces[i] < 0) {
      fprintf(stderr, "varka-pod: the pod is gone (%s: %s)\n", path, strerror(errno));
      return false;
    }
  }
  return true;
}

static int join(const struct exec_options* options) {
  for (int i = 0; i < kNamespaceCount; i++) {
    if (options->namespaces[i] < 0) continue;
    if (setns(options->namespaces[i], kNamespaces[i].flag) != 0) {
      char what[64];
      const int error = errno;
      snprintf(what, sizeof what, "join the pod's %s namespace", kNamespaces[i].name);
      give_up(options, what, error);
      return kCannotStart;
    }
    close(options->namespaces[i]);
  }
  return 0;
}

static void reset_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

// The engine raises its own limit; select() of services breaks above 1024.
static void limit_open_files(long wanted) {
  struct rlimit limit;
  if (wanted <= 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = (rlim_t)wanted < limit.rlim_max ? (rlim_t)wanted : limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// After the namespaces are joined, because changed credentials can clear it; checked, because the parent may
// be gone already.
static bool die_with_parent(pid_t parent) {
  if (parent == 0) return true;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return getppid() == parent;
}

// The environment of a process of the pod; a command line would show its secrets to everybody.
static bool take_environment_of(const char* pid) {
  enum { kRoom = 1 << 20 };
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/environ", pid);
  FILE* file = fopen(path, "re");
  char* text = file ? malloc(kRoom + 1) : NULL;
  if (!text) {
    fprintf(stderr, "varka-pod: %s: %s\n", path, strerror(errno));
    if (file) fclose(file);
    return false;
  }
  const size_t length = fread(text, 1, kRoom, file);
  fclose(file);
  text[length] = 0;
  clearenv();
  for (char* entry = text; entry < text + length; entry += strlen(entry) + 1)
    putenv(entry);  // keeps pointing into text
  return true;
}

static bool parse(int argc, char** argv, struct exec_options* options) {
  static const struct option kLong[] = {{"ns", required_argument, NULL, 'n'},
                                        {"join", required_argument, NULL, 'j'},
                                        {"parent", required_argument, NULL, 'p'},
                                        {"cwd", required_argument, NULL, 'c'},
                                        {"nofile", required_argument, NULL, 'f'},
                                        {"status-fd", required_argument, NULL, 's'},
                                        {"env", required_argument, NULL, 'e'},
                                        {"env-of", required_argument, NULL, 'o'},
                                        {NULL, 0, NULL, 0}};
  for (int c; (c = getopt_long(argc, argv, "+", kLong, NULL)) != -1;) {
    switch (c) {
      case 'n':
        if (!read_descriptors(optarg, options)) return false;
        break;
      case 'j':
        if (!open_namespaces_of(optarg, options)) return false;
        break;
      case 'p':
        options->parent = atoi(optarg);
        break;
      case 'c':
        options->directory = optarg;
        break;
      case 'f':
        options->open_files = atol(optarg);
        break;
      case 's':
        options->status = atoi(optarg);
        break;
      case 'e':
        putenv(optarg);
        break;
      case 'o':
        if (!take_environment_of(optarg)) return false;
        break;
      default:
        return false;
    }
  }
  if (optind < argc) return true;
  fputs("varka-pod: no command\n", stderr);
  return false;
}

// A directory of PATH that we may not enter makes execvp say EACCES although the program is nowhere.
static int start_error(const char* program, int error) {
  if (error != EACCES || strchr(program, '/')) return error;
  char* path = strdup(getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
  for (char* directory = strtok(path, ":"); directory; directory = strtok(NULL, ":")) {
    char candidate[4096];
    snprintf(candidate, sizeof candidate, "%s/%s", directory, program);
    if (access(candidate, F_OK) == 0) return EACCES;
  }
  return ENOENT;
}

int run_exec(int argc, char** argv) {
  struct exec_options options = {.namespaces = {-1, -1, -1, -1}, .status = -1};
  if (!parse(argc, argv, &options)) return kCannotStart;
  if (options.status >= 0) fcntl(options.status, F_SETFD, FD_CLOEXEC);
  char before[4096];
  if (!options.directory) options.directory = getcwd(before, sizeof before);
  const int joined = join(&options);
  if (joined != 0) return joined;
  // setns of a mount namespace moves us to its root
  if (options.directory && chdir(options.directory) != 0) {
    const int error = errno;
    char what[4200];
    snprintf(what, sizeof what, "enter the working directory %s", options.directory);
    give_up(&options, what, error);
    return kCannotStart;
  }
  limit_open_files(options.open_files);
  reset_signals();
  if (!die_with_parent(options.parent)) return kCannotStart;
  execvp(argv[optind], argv + optind);
  return give_up(&options, argv[optind], start_error(argv[optind], errno));
}
