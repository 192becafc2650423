/* libsml on telegrams of SML: the check of the file, the file taken apart, and every value looked at. */
#include <math.h>
#include <sml/sml_crc16.h>
#include <sml/sml_file.h>
#include <sml/sml_value.h>

#include "telegrams.h"

/* What its transport strips: 1B 1B 1B 1B 01 01 01 01 before, 1B 1B 1B 1B 1A and three bytes after. */
#define FRAME 8

static volatile double sum;

static int look(sml_file *file) {
  int found = 0;
  for (int i = 0; i < file->messages_len; i++) {
    sml_message *message = file->messages[i];
    if (*message->message_body->tag != SML_MESSAGE_GET_LIST_RESPONSE) continue;
    sml_get_list_response *body = (sml_get_list_response *)message->message_body->data;
    for (sml_list *entry = body->val_list; entry != NULL; entry = entry->next) {
      if (entry->value == NULL) continue;
      int kind = entry->value->type & SML_TYPE_FIELD;
      if (kind == SML_TYPE_INTEGER || kind == SML_TYPE_UNSIGNED) {
        int scaler = entry->scaler == NULL ? 0 : *entry->scaler;
        sum += sml_value_to_double(entry->value) * pow(10, scaler);
      }
      found++;
    }
  }
  return found;
}

static int read_sml(unsigned char *bytes, size_t length) {
  /* It gives the check with its two bytes the other way round than they stand on the line. */
  u16 check = sml_crc16_calculate(bytes, (int)length - 2);
  if ((check >> 8) != bytes[length - 2] || (check & 0xff) != bytes[length - 1]) return 1;
  sml_file *file = sml_file_parse(bytes + FRAME, length - 2 * FRAME);
  if (file == NULL) return 1;
  int found = look(file);
  sml_file_free(file);
  return found < 4;
}

int main(int count, char **words) {
  return count == 3 ? measure(words[1], atoi(words[2]), read_sml) : 2;
}
