// varka-pod agent|exec|probe, see pod.h and docs/contracts.md.
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "pod.h"

static bool parse_mount(const char* text, struct pod_options* options) {
  char* copy = strdup(text);
  char* target = copy ? strchr(copy, ':') : NULL;
  if (!target || options->mount_count == kMaxMounts) return false;
  *target++ = 0;
  options->mounts[options->mount_count++] = (struct bind_mount){copy, target};
  return true;
}

static bool parse_agent(int argc, char** argv, struct pod_options* options) {
  static const struct option kLong[] = {
      {"control-fd", required_argument, NULL, 'c'}, {"ip", required_argument, NULL, 'i'},
      {"hostname", required_argument, NULL, 'h'},   {"etc", required_argument, NULL, 'e'},
      {"mount", required_argument, NULL, 'm'},      {NULL, 0, NULL, 0}};
  for (int c; (c = getopt_long(argc, argv, "+", kLong, NULL)) != -1;) {
    switch (c) {
      case 'c':
        options->control = atoi(optarg);
        break;
      case 'i':
        if (inet_pton(AF_INET, optarg, &options->ip) != 1) return false;
        break;
      case 'h':
        options->hostname = strdup(optarg);
        break;
      case 'e':
        options->etc = strdup(optarg);
        break;
      case 'm':
        if (!parse_mount(optarg, options)) return false;
        break;
      default:
        return false;
    }
  }
  return options->control >= 0 && options->ip.s_addr != 0;
}

// What ps shows is the pod, not our arguments: `pkill -f something` must not find the agent by them.
static void rename_process(int argc, char** argv, const char* hostname) {
  char* start = argv[0];
  const size_t length = (size_t)(argv[argc - 1] + strlen(argv[argc - 1]) - start);
  char name[128];
  snprintf(name, sizeof name, "varka-pod: %s", hostname ? hostname : "pod");
  memset(start, 0, length);
  memcpy(start, name, strlen(name) < length ? strlen(name) : length);
  prctl(PR_SET_NAME, "varka-pod");
}

static int usage(void) {
  fputs(
      "usage: varka-pod agent --control-fd N --ip IP [--hostname NAME] [--etc DIR] [--mount FROM:TO]...\n"
      "       varka-pod exec [--ns user=N,net=N,mnt=N,uts=N | --join PID] [--parent PID] [--cwd DIR] "
      "[--nofile N]\n"
      "                      [--status-fd N] [--env-of PID] [--env NAME=VALUE]... -- COMMAND...\n"
      "       varka-pod probe\n",
      stderr);
  return 2;
}

int main(int argc, char** argv) {
  if (argc < 2) return usage();
  if (strcmp(argv[1], "probe") == 0) return run_probe();
  if (strcmp(argv[1], "exec") == 0) return run_exec(argc - 1, argv + 1);
  if (strcmp(argv[1], "agent") != 0) return usage();
  struct pod_options options = {.control = -1};
  if (!parse_agent(argc - 1, argv + 1, &options)) return usage();
  rename_process(argc, argv, options.hostname);
  return run_agent(&options);
}
