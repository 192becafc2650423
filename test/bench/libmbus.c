/* libmbus on responses of M-Bus: frame and records taken apart, or its normalised XML made of them. */
#include <mbus.h>
#include <string.h>

#include "telegrams.h"

static volatile double sum;

/* Every record with its value, unit and kind, as its XML would have them. */
static int look(mbus_frame_data *data) {
  int found = 0;
  for (mbus_data_record *at = data->data_var.record; at != NULL; at = at->next) {
    mbus_record *record = mbus_parse_variable_record(at);
    if (record == NULL) return 0;
    if (record->is_numeric) sum += record->value.real_val;
    mbus_record_free(record);
    found++;
  }
  return found;
}

static int read_response(unsigned char *bytes, size_t length, int is_xml) {
  mbus_frame frame;
  mbus_frame_data data;
  memset(&frame, 0, sizeof(frame));
  memset(&data, 0, sizeof(data));
  if (mbus_parse(&frame, bytes, length) != 0) return 1;
  if (mbus_frame_data_parse(&frame, &data) != 0) return 1;
  int found = 1;
  if (is_xml) {
    char *xml = mbus_frame_data_xml_normalized(&data);
    found = xml != NULL;
    free(xml);
  } else {
    found = look(&data);
  }
  if (data.data_var.record != NULL) mbus_data_record_free(data.data_var.record);
  return found == 0;
}

static int read_records(unsigned char *bytes, size_t length) {
  return read_response(bytes, length, 0);
}

static int read_xml(unsigned char *bytes, size_t length) {
  return read_response(bytes, length, 1);
}

int main(int count, char **words) {
  if (count != 4) return 2;
  return measure(words[1], atoi(words[2]), strcmp(words[3], "xml") == 0 ? read_xml : read_records);
}
