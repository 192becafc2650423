/*
 * A libudev that knows only simulated serial adapters, for LD_PRELOAD into Chromium.
 *
 * The folder SERIAL_LINES holds one file for each adapter that is plugged in, with a short name
 * (so that one inotify event has a fixed size) and one line of words:
 *
 *   DEVNAME MAJOR MINOR VENDOR_ID PRODUCT_ID SERIAL
 *
 * A file that is moved in is an adapter plugged in; a file deleted is one pulled out. Only what
 * Chromium calls is here, and all of it, so that nothing reaches the real library.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define PREFIX "/sys/devices/kilowit/"
#define NAME_SIZE 16

struct device {
  int references;
  const char *action;
  char syspath[64], devname[256], major[16], minor[16], vendor[16], product[16], serial[64];
};
struct list {
  char syspath[64];
  struct list *next;
};
struct enumeration {
  int wanted;
  struct list *first;
};
struct monitor {
  int fd, quiet;
};

static char anything;

static const char *folder(void) {
  const char *path = getenv("SERIAL_LINES");
  return path ? path : "/nonexistent";
}

static struct device *load(const char *name, const char *action) {
  struct device *device = calloc(1, sizeof *device);
  device->references = 1;
  device->action = action;
  snprintf(device->syspath, sizeof device->syspath, PREFIX "%s", name);
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder(), name);
  FILE *file = fopen(path, "r");
  int words = file ? fscanf(file, "%255s %15s %15s %15s %15s %63s", device->devname, device->major,
                            device->minor, device->vendor, device->product, device->serial)
                   : 0;
  if (file) fclose(file);
  /* Of an adapter pulled out only its path is left to tell. */
  if (words == 6 || (action && strcmp(action, "remove") == 0)) return device;
  free(device);
  errno = ENODEV;
  return NULL;
}

void *udev_new(void) { return &anything; }
void *udev_unref(void *udev) { return (void)udev, NULL; }

void *udev_enumerate_new(void *udev) {
  (void)udev;
  struct enumeration *all = calloc(1, sizeof *all);
  all->wanted = 1;
  return all;
}
int udev_enumerate_add_match_subsystem(struct enumeration *all, const char *subsystem) {
  all->wanted = strcmp(subsystem, "tty") == 0;
  return 0;
}
int udev_enumerate_scan_devices(struct enumeration *all) {
  DIR *directory = all->wanted ? opendir(folder()) : NULL;
  if (!directory) return 0;
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (entry->d_name[0] == '.' || strlen(entry->d_name) >= NAME_SIZE) continue;
    struct list *item = calloc(1, sizeof *item);
    snprintf(item->syspath, sizeof item->syspath, PREFIX "%.16s", entry->d_name);
    item->next = all->first;
    all->first = item;
  }
  closedir(directory);
  return 0;
}
void *udev_enumerate_get_list_entry(struct enumeration *all) { return all->first; }
void *udev_enumerate_unref(struct enumeration *all) {
  for (struct list *item = all ? all->first : NULL, *next; item; item = next) {
    next = item->next;
    free(item);
  }
  free(all);
  return NULL;
}
void *udev_list_entry_get_next(struct list *item) { return item ? item->next : NULL; }
const char *udev_list_entry_get_name(struct list *item) { return item ? item->syspath : NULL; }

void *udev_monitor_new_from_netlink(void *udev, const char *name) {
  (void)udev, (void)name;
  struct monitor *monitor = calloc(1, sizeof *monitor);
  monitor->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  return monitor;
}
int udev_monitor_filter_add_match_subsystem_devtype(struct monitor *monitor, const char *subsystem,
                                                    const char *type) {
  (void)type;
  if (strcmp(subsystem, "tty") != 0) monitor->quiet = 1;
  return 0;
}
int udev_monitor_enable_receiving(struct monitor *monitor) {
  if (!monitor->quiet) inotify_add_watch(monitor->fd, folder(), IN_MOVED_TO | IN_DELETE);
  return 0;
}
int udev_monitor_get_fd(struct monitor *monitor) { return monitor->fd; }
void *udev_monitor_receive_device(struct monitor *monitor) {
  /* Exactly one event at a time: the descriptor stays readable while there are more. */
  char bytes[sizeof(struct inotify_event) + NAME_SIZE]
      __attribute__((aligned(__alignof__(struct inotify_event))));
  if (read(monitor->fd, bytes, sizeof bytes) <= 0) return NULL;
  const struct inotify_event *event = (const struct inotify_event *)bytes;
  if (event->len == 0) return NULL;
  return load(event->name, event->mask & IN_DELETE ? "remove" : "add");
}
void *udev_monitor_unref(struct monitor *monitor) {
  if (monitor) close(monitor->fd);
  free(monitor);
  return NULL;
}

void *udev_device_new_from_syspath(void *udev, const char *path) {
  (void)udev;
  if (strncmp(path, PREFIX, strlen(PREFIX)) == 0) return load(path + strlen(PREFIX), NULL);
  errno = ENODEV;
  return NULL;
}
void *udev_device_new_from_devnum(void *udev, char type, unsigned long number) {
  return (void)udev, (void)type, (void)number, errno = ENODEV, NULL;
}
void *udev_device_new_from_subsystem_sysname(void *udev, const char *subsystem, const char *name) {
  return (void)udev, (void)subsystem, (void)name, errno = ENODEV, NULL;
}
void *udev_device_unref(struct device *device) {
  if (device && --device->references == 0) free(device);
  return NULL;
}
const char *udev_device_get_action(struct device *device) { return device->action; }
const char *udev_device_get_devnode(struct device *device) { return device->devname; }
const char *udev_device_get_devtype(struct device *device) { return (void)device, NULL; }
const char *udev_device_get_driver(struct device *device) { return (void)device, NULL; }
const char *udev_device_get_subsystem(struct device *device) { return (void)device, "tty"; }
const char *udev_device_get_syspath(struct device *device) { return device->syspath; }
const char *udev_device_get_sysname(struct device *device) {
  return device->syspath + strlen(PREFIX);
}
void *udev_device_get_parent(struct device *device) { return (void)device, NULL; }
void *udev_device_get_parent_with_subsystem_devtype(struct device *device, const char *subsystem,
                                                    const char *type) {
  return (void)device, (void)subsystem, (void)type, NULL;
}
void *udev_device_get_properties_list_entry(struct device *device) { return (void)device, NULL; }
const char *udev_device_get_sysattr_value(struct device *device, const char *name) {
  return (void)device, (void)name, NULL;
}
const char *udev_device_get_property_value(struct device *device, const char *name) {
  const struct {
    const char *name, *value;
  } properties[] = {
      {"SUBSYSTEM", "tty"},
      {"DEVNAME", device->devname},
      {"MAJOR", device->major},
      {"MINOR", device->minor},
      {"ID_BUS", "usb"},
      {"ID_VENDOR_ID", device->vendor},
      {"ID_MODEL_ID", device->product},
      {"ID_MODEL", "Simulated_adapter"},
      {"ID_MODEL_ENC", "Simulated\\x20adapter"},
      {"ID_SERIAL_SHORT", device->serial},
  };
  for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
    if (strcmp(properties[i].name, name) == 0)
      return properties[i].value[0] ? properties[i].value : NULL;
  return NULL;
}
